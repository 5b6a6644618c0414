/** Work in parts: the caller may yield to other work between two parts. */
export type Parts<Result> = Generator<undefined, Result>

/** Steps that are worked on in one part. */
export const STEPS_A_PART = 100

/** Lexemes that are cut or parsed in one part. */
export const LEXEMES_A_PART = 5_000

/** Does all parts at once. */
export const finishParts = <Result>(parts: Parts<Result>): Result => {
  let part = parts.next()
  while (part.done !== true) part = parts.next()
  return part.value
}
