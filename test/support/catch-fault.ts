import * as assert from 'uvu/assert'
import { type Fault, isFault } from '../../src/core/fault.ts'

/** The fault that `body` ends with; anything else fails the test. */
export const catchFault = async (body: () => unknown): Promise<Fault> => {
  let output: unknown
  try {
    output = await body()
  } catch (error) {
    if (isFault(error)) return error
    throw error
  }
  return assert.unreachable(`expected a fault, got ${JSON.stringify(output)?.slice(0, 200)}`) as never
}
