/** Parameters that OpenAI's models refuse while they reason: https://platform.openai.com/docs/guides/reasoning */
import { only, type ParameterConflict } from '../../../core/parameter-conflicts.ts'

/** Models that always reason. */
const REASONS = /^(o\d|gpt-5(?!\.|-chat))/
/** Models that reason where they are asked to. */
const CAN_REASON = /^gpt-5\.\d/
const TAKES_NO_STOP = /^(o[34]|gpt-5(?!\.|-chat))/
const TAKES_ONE_CALL = /^(o1|o3-mini)/

const FIXED = { temperature: 1, top_p: 1, presence_penalty: 0, frequency_penalty: 0 } as const

export const OPENAI_CONFLICTS: readonly ParameterConflict[] = [
  ...Object.entries(FIXED).flatMap(([parameter, value]): ParameterConflict[] => [
    { parameter, takes: only(value), models: (model) => REASONS.test(model) },
    { parameter, takes: only(value), models: (model) => CAN_REASON.test(model), beside: 'reasoning' },
  ]),
  { parameter: 'stop', models: (model) => TAKES_NO_STOP.test(model) },
  { parameter: 'parallel_tool_calls', models: (model) => TAKES_ONE_CALL.test(model) },
]
