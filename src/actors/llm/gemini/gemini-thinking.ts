/** Writes how hard a model thinks: up to 2.5 by a budget of tokens, from 3 on by a level. https://ai.google.dev/gemini-api/docs/thinking */
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { findGeminiVersion } from './gemini-version.ts'

const LEVELS: Readonly<Record<string, string>> = {
  none: 'minimal',
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
}

const BUDGETS: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
}

/** Pro models can't go without thoughts. */
const LEAST_BUDGET_OF_PRO = 128

/** @param given A level of the definition: `low`, `high`, `none`, … */
export const toThinkingConfig = (given: JsonValue | undefined, model: string): JsonObject | undefined => {
  if (given === undefined) return undefined
  const reasoning = String(given)
  if (findGeminiVersion(model) >= 3) return { thinkingLevel: LEVELS[reasoning] ?? reasoning }
  const budget = BUDGETS[reasoning]
  if (budget === undefined) return undefined
  return { thinkingBudget: model.includes('pro') ? Math.max(budget, LEAST_BUDGET_OF_PRO) : budget }
}
