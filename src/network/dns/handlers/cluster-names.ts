/** Names of the cluster's zone, and reverse names of its services and endpoints. Aliases out of the zone are followed. */
import { bare, type DnsHandler, type ForwardedAnswer } from "../handler.ts";
import { encodeQuestion, type Query } from "../message.ts";
import { type Answer, recordTypes } from "../record.ts";
import { followed } from "../alias.ts";

export const clusterNames: DnsHandler = {
  name: "cluster-names",
  answer(query, { zone, forward }, signal) {
    const { name, type } = query.question;
    if (!zone.holds(name) && !zone.has(name)) return undefined;
    const prepared = zone.prepared(name, type);
    if (prepared !== undefined) return prepared;
    const { answer, leavesTo = "" } = zone.answer(name, type);
    if (forward === undefined || type === recordTypes.CNAME || type === recordTypes.ANY) return answer;
    return follow(query, answer, leavesTo, (next) => forward(next, signal));
  },
};

/** Our CNAME and what the world says of its target, in one answer. */
async function follow(
  query: Query,
  answer: Answer,
  target: string,
  forward: (query: Query) => Promise<ForwardedAnswer>,
): Promise<Answer> {
  const question = { ...query.question, name: target };
  const next = { ...query, question, questionBytes: encodeQuestion(question) };
  const { prepared, ageSeconds } = await forward(next);
  const records = followed(next.questionBytes, prepared, ageSeconds);
  if (records === undefined) return bare("SERVFAIL");
  return { ...answer, answers: [...answer.answers, ...records] };
}
