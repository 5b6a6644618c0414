/** Writes how hard a model thinks. Models from 4.6 on decide within an effort; older ones get a budget of tokens. */
import type { JsonObject, JsonValue } from '../../../core/json.ts'

export interface ThinkingOptions {
  model: string
  /** The limit of thoughts and answer together. */
  maxTokens: number
  /** True: the turn follows tool calls without thoughts, which another model made. No budget may start there. */
  isUnsigned: boolean
}

/** Our levels as efforts (https://platform.claude.com/docs/en/build-with-claude/effort), and as budgets of tokens. */
const LEVELS: Readonly<Record<string, { effort: string; budget: number }>> = {
  minimal: { effort: 'low', budget: 1024 },
  low: { effort: 'low', budget: 2048 },
  medium: { effort: 'medium', budget: 8192 },
  high: { effort: 'high', budget: 16_384 },
  xhigh: { effort: 'xhigh', budget: 24_576 },
  max: { effort: 'max', budget: 28_000 },
}

/** The smallest budget that the interface takes. */
const LEAST_BUDGET = 1024

/**
 * Writes the fields of a request that set how hard the model thinks.
 * @param given A level of the definition: `low`, `high`, `none`, …
 */
export const toThinking = (given: JsonValue | undefined, options: ThinkingOptions): JsonObject => {
  if (given === undefined) return {}
  const reasoning = String(given)
  if (reasoning === 'none') return { thinking: { type: 'disabled' } }
  if (decidesItself(options.model))
    return { thinking: { type: 'adaptive' }, output_config: { effort: LEVELS[reasoning]?.effort ?? reasoning } }
  // Thoughts count against max_tokens, by which the budget reserves money. Half of it is left for the answer.
  const budget = Math.min(LEVELS[reasoning]?.budget ?? LEAST_BUDGET, Math.floor(options.maxTokens / 2))
  if (budget < LEAST_BUDGET || options.isUnsigned) return {}
  return { thinking: { type: 'enabled', budget_tokens: budget } }
}

/** Decides by the version. A name without a version counts as new. */
const decidesItself = (model: string): boolean => {
  const [, before, after] = /^claude-(?:(\d[\d-]*?)-)?[a-z]+(?:-(\d+(?:-\d{1,2})?))?(?:-|$)/.exec(model) ?? []
  const [major, minor = 0] = (before ?? after)?.split('-').map(Number) ?? []
  return major === undefined || major > 4 || (major === 4 && minor >= 6)
}
