/**
 * Whom a certificate names: its common name is the user, its organizations are the groups, and an element of the CNCF's is
 * the UID (upstream's gate `AllowParsingUserUIDFromCertAuth`).
 */

/** As issued and as read. */
export interface Subject {
  /** Empty: it names nobody. */
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly uid?: string;
}

/** The type of the attribute that holds a UID. */
export const uidAttribute = "1.3.6.1.4.1.57683.2";

/**
 * Reads a subject as Node's TLS hands it over (`getPeerCertificate().subject`): a repeated attribute is a list. The last common
 * name counts. Undefined for one with several UIDs, by which nobody is to be known.
 */
export function subjectOf(legacy: object): Subject | undefined {
  const values = (name: string): readonly string[] =>
    [(legacy as Readonly<Record<string, string | string[]>>)[name] ?? []].flat();
  const [uid, ...others] = values(uidAttribute);
  if (others.length > 0) return undefined;
  const subject = { commonName: values("CN").at(-1) ?? "", organizations: values("O") };
  return uid === undefined ? subject : { ...subject, uid };
}
