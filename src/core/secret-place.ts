/** Position of a secret within a value: the keys and indices that lead to it, and its form. */
export type SecretPlace = { path: (string | number)[] } & (SecretValue | SecretText)

/** The whole value is a secret. It stands there as `{ $secret: NAME }`. */
export interface SecretValue {
  name: string
}

/** The value is a text with secrets in it. It stands there as `{ $text: [part, …] }`, where the part of a secret is `{ $secret: NAME }`. */
export interface SecretText {
  /** For each part the name of its secret; null for plain text. */
  secrets: (string | null)[]
  /** True: the text is a URL, in which values are percent-encoded, and none may be in its scheme or host. */
  isUrl: boolean
}

/** True for the beginning of a URL that holds all of its host, so that whatever follows is in its path or query. */
export const holdsHost = (beginning: string): boolean => /^[a-z][a-z\d+.-]*:\/\/[^/?#\\\s]+[/?#]/i.test(beginning)
