/** Writes how hard a model thinks: up to 2.5 by a budget of tokens, from 3 on by a level. https://ai.google.dev/gemini-api/docs/thinking */
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { findGeminiVersion } from './gemini-version.ts'

const LEVELS: Readonly<Record<string, { level: string; budget: number }>> = {
  none: { level: 'minimal', budget: 0 },
  minimal: { level: 'minimal', budget: 512 },
  low: { level: 'low', budget: 1024 },
  medium: { level: 'medium', budget: 8192 },
  high: { level: 'high', budget: 24_576 },
  xhigh: { level: 'high', budget: 24_576 },
  max: { level: 'high', budget: 24_576 },
}

/** Pro models can't go without thoughts. */
const LEAST_BUDGET_OF_PRO = 128

/** @param given A level of the definition: `low`, `high`, `none`, … */
export const toThinkingConfig = (given: JsonValue | undefined, model: string): JsonObject | undefined => {
  if (given === undefined) return undefined
  const reasoning = String(given)
  if (findGeminiVersion(model) >= 3) return { thinkingLevel: LEVELS[reasoning]?.level ?? reasoning }
  const budget = LEVELS[reasoning]?.budget
  if (budget === undefined) return undefined
  return { thinkingBudget: model.includes('pro') ? Math.max(budget, LEAST_BUDGET_OF_PRO) : budget }
}
