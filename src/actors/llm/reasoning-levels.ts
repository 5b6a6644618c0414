/** How hard models may be asked to think, by what their vendors have words for. */
import { Fault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import type { ProviderKind } from './provider-kind.ts'

export type ReasoningLevel = string | boolean

const WORDS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh']

export const REASONING_LEVELS: Readonly<Record<ProviderKind, readonly ReasoningLevel[]>> = {
  openai: WORDS,
  anthropic: [...WORDS, 'max'],
  gemini: [...WORDS, 'max'],
  ollama: ['none', 'low', 'medium', 'high', true, false],
}

/** @throws Fault `invalid_input` for a level that the vendor has no word for: dropped, it would be a surprise. */
export const expectReasoning = (kind: ProviderKind, reasoning: JsonValue): ReasoningLevel => {
  const levels = REASONING_LEVELS[kind]
  const level = levels.find((one) => one === reasoning)
  if (level !== undefined) return level
  throw new Fault(
    'invalid_input',
    `'reasoning' is no level that ${kind} has: expected one of ${levels.join(', ')}, got ${JSON.stringify(reasoning)}`,
  )
}
