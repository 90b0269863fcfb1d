/** Regular expressions of users. */
export { RegexpError } from "./errors.ts";
export { Regexp } from "./regexp.ts";
