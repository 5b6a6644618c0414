import type { Fault } from '../../../core/fault.ts'
import type { JsonValue } from '../../../core/json.ts'

/** The behaviour of a mock model at one call. */
export interface MockAnswer {
  /** `value` is the instance of `returns` itself; `text` must be its JSON where the step has `returns`. */
  content: { kind: 'text'; text: string } | { kind: 'value'; value: JsonValue }
  /** Calls of tools, in a step with tools. `arguments` is JSON text, or other text, as a model may write. */
  toolCalls: readonly { name: string; arguments: string }[]
  delayMs: number
  /** Thrown after the delay, in place of an answer. */
  fault?: Fault
  /** True: it streams word by word, although the step did not ask for it. */
  streams: boolean
  /** The pieces to stream; undefined: words. */
  chunks?: readonly string[]
  /** Undefined: counted. A fault reports usage only when it is given here. */
  usage?: { input_tokens?: number; output_tokens?: number }
}
