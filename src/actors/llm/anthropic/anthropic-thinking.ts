/** How much a model of Anthropic thinks: models from 4.6 on decide within an effort, those before it are given a budget of tokens. */
import type { JsonObject, JsonValue } from '../../../core/json.ts'

export interface ThinkingOptions {
  model: string
  /** What the step allows for thoughts and answer together. */
  maxTokens: number
  /** Whether the turn goes on from tool calls whose thoughts are not there, as another model made them: no budget may start there. */
  isUnsigned: boolean
}

/** https://platform.claude.com/docs/en/build-with-claude/effort, and what our own names without a counterpart come to. */
const EFFORTS: Readonly<Record<string, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'max',
}

const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 28_000,
}

/** The least that the interface takes. */
const LEAST_BUDGET = 1024

/**
 * The fields of a request that say how hard to think.
 * @param given A level of the definition: `low`, `high`, `none`, …
 */
export const toThinking = (given: JsonValue | undefined, options: ThinkingOptions): JsonObject => {
  if (given === undefined) return {}
  const reasoning = String(given)
  if (reasoning === 'none') return { thinking: { type: 'disabled' } }
  if (decidesItself(options.model))
    return { thinking: { type: 'adaptive' }, output_config: { effort: EFFORTS[reasoning] ?? reasoning } }
  // Half is left for the answer: what is thought counts against max_tokens, which is what a budget of money is reserved by.
  const budget = Math.min(BUDGETS[reasoning] ?? LEAST_BUDGET, Math.floor(options.maxTokens / 2))
  if (budget < LEAST_BUDGET || options.isUnsigned) return {}
  return { thinking: { type: 'enabled', budget_tokens: budget } }
}

/** By its version; a name without one is taken for new. */
const decidesItself = (model: string): boolean => {
  const [, before, after] = /^claude-(?:(\d[\d-]*?)-)?[a-z]+(?:-(\d+(?:-\d{1,2})?))?(?:-|$)/.exec(model) ?? []
  const [major, minor = 0] = (before ?? after)?.split('-').map(Number) ?? []
  return major === undefined || major > 4 || (major === 4 && minor >= 6)
}
