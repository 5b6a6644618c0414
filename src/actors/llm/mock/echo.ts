import type { LlmInput } from '../../../core/llm.ts'
import { createInstance } from '../../../core/schema-instance/schema-instance.ts'
import type { MockAnswer } from './mock-answer.ts'

/** Answers with the last user message; with `returns`, with the instance that `createInstance` makes of that message. */
export const answerByEcho = ({ messages, returns }: LlmInput): MockAnswer => {
  const text = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  const content =
    returns === undefined
      ? ({ kind: 'text', text } as const)
      : ({ kind: 'value', value: createInstance(returns, text) } as const)
  return { content, toolCalls: [], delayMs: 0, streams: false }
}
