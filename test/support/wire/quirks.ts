/** Answers beside the documented form of a vendor's interface, as servers that speak it send them, and the answer that they stand for. */
import type { LlmAnswer } from '../../../src/actors/llm/provider.ts'
import type { JsonValue } from '../../../src/core/json.ts'

export interface WireQuirk {
  /** Completes the title `whole: …`. */
  title: string
  /** The body of a whole answer. Undefined: only streams are like this. */
  whole?: JsonValue
  /** The events of a stream, a text for one that is no JSON. Undefined: only whole answers are like this. */
  events?: readonly JsonValue[]
  answer: ExpectedAnswer | ExpectedFault
}

/** Fields that are left out are not compared. Arguments are compared as JSON where they are. */
export type ExpectedAnswer = Partial<Omit<LlmAnswer, 'toolCalls'>> & {
  calls?: readonly [name: string, given: JsonValue][]
}

export interface ExpectedFault {
  fault: string
  retryable: boolean
  /** Words in the message. */
  says?: string
}

/** `{}`: an answer without a call, so that a quirk of one wire can be told of another. */
export const isFaultExpected = (answer: WireQuirk['answer']): answer is ExpectedFault => 'fault' in answer
