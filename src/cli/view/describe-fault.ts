import type { FaultData } from '../../core/fault.ts'
import { isJsonObject } from '../../core/json.ts'
import { joinLines } from '../printable.ts'

/** `timeout: no answer after 5s`, on one line. @param error A fault, or the error in the record of a step. */
export const describeFault = (error: unknown): string => {
  const { code = '', message = '' }: Partial<Record<keyof FaultData, unknown>> = isJsonObject(error) ? error : {}
  return `${code}: ${joinLines(String(message))}`
}
