/** Writes faults for terminals. */
import type { FaultData } from '../core/fault.ts'
import { isJsonObject } from '../core/json.ts'
import { joinLines, toVisible } from './printable.ts'

/**
 * `invalid_input: POST http://… answered 422: …; answer: {"problem": …}`, on one line.
 * @param error A fault, or the error in the record of a step.
 */
export const describeFault = (error: unknown): string => {
  const { code = '', message = '', details }: Fields = isJsonObject(error) ? error : {}
  const answer = answerOf(details)
  return `${code}: ${joinLines(String(message))}${answer === undefined ? '' : `; answer: ${joinLines(answer)}`}`
}

type Fields = Partial<Record<keyof FaultData, unknown>>

/**
 * Body of the answer by which an HTTP server refused a call, with control characters that can be seen. Undefined for the details of
 * any other fault.
 */
export const answerOf = (details: unknown): string | undefined => {
  if (!isJsonObject(details) || typeof details.status !== 'number' || typeof details.body !== 'string') return undefined
  const answer = toVisible(details.body).trim()
  return answer === '' ? undefined : answer
}
