/** Reads the word with which a vendor ends an answer. Only the words listed here are a success. */
import type { LlmAnswer } from './provider.ts'

export type Finish = Pick<LlmAnswer, 'finish' | 'reason'>

/** Words of all vendors. Their case does not count: Gemini writes `STOP`, OpenAI `stop`. */
const FINISHED: ReadonlySet<string> = new Set(
  `stop stop_sequence end_turn eos eos_token end complete completed tool_calls tool_call tool_use function_call`.split(
    /\s+/,
  ),
)

const CUT: ReadonlySet<string> = new Set(
  'length max_tokens max_output_tokens model_length model_context_window_exceeded context_length_exceeded'.split(' '),
)

const REFUSED =
  /content_?filter|safety|prohibited|recitation|blocklist|spii|language|policy|refus|guardrail|model_armor|sensitive/

/** `failed` for every other word, which stays for the message. */
export const readFinish = (given: string): Finish => {
  const word = given.trim().toLowerCase()
  if (FINISHED.has(word)) return { finish: 'stop' }
  if (CUT.has(word)) return { finish: 'length' }
  // A call that a filter could not read is no refusal.
  if (REFUSED.test(word) && !word.startsWith('function_call')) return { finish: 'refused' }
  return { finish: 'failed', reason: given.slice(0, LONGEST_REASON) }
}

const LONGEST_REASON = 100
