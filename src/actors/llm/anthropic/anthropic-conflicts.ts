/**
 * Parameters that Anthropic refuses together, and those that newer models refuse by themselves:
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking, https://platform.claude.com/docs/en/about-claude/models/migration-guide
 */
import type { ParameterRule } from '../../../core/model-parameters.ts'
import { only, type ParameterConflict } from '../../../core/parameter-conflicts.ts'
import { FREE_CHOICE } from '../provider-definition.ts'
import { isSince } from './anthropic-version.ts'

const USER_LAST: ParameterRule = {
  expected: 'a last message of the user',
  fits: (role) => role !== 'assistant',
}

const NEARLY_ALL: ParameterRule = {
  expected: 'a number from 0.95 to 1',
  fits: (value) => typeof value === 'number' && value >= 0.95 && value <= 1,
}

const END = { parameter: 'messages', takes: USER_LAST, remedy: 'end with a message of the user' } as const

const since =
  (...version: [major: number, minor: number]) =>
  (model: string): boolean =>
    isSince(model, version, false)

export const ANTHROPIC_CONFLICTS: readonly ParameterConflict[] = [
  { parameter: 'temperature', takes: only(1), models: since(4, 7) },
  { parameter: 'top_p', takes: only(1), models: since(4, 7) },
  { ...END, models: since(4, 6) },
  { parameter: 'temperature', takes: only(1), beside: 'reasoning' },
  { parameter: 'top_p', takes: NEARLY_ALL, beside: 'reasoning' },
  { parameter: 'tool_choice', takes: FREE_CHOICE, beside: 'reasoning', remedy: 'write tool_choice: auto' },
  { ...END, beside: 'reasoning' },
  { parameter: 'top_p', beside: 'temperature', models: since(4, 1) },
]
