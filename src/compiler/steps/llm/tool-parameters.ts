/** Checks the parameters of an `llm` step that say how its model calls tools. */
import { findChoiceProblem, listToolChoices } from '../../../core/model-parameters.ts'
import { meantNearest } from '../../correction.ts'
import type { Diagnostics } from '../../diagnostic.ts'
import type { StepOf } from '../../document.ts'

/** Reports parameters without effect, and the choice of a tool that the step does not have. */
export const checkToolParameters = ({ params, tools }: StepOf<'llm'>, diagnostics: Diagnostics): void => {
  for (const { key, value } of params?.entries ?? []) {
    if (key.value !== 'tool_choice' && key.value !== 'parallel_tool_calls') continue
    if (tools === undefined) {
      diagnostics.warning(
        'missing_key',
        key.range,
        `'tools' is missing beside '${key.value}': expected the tools that the model may call`,
        `add \`tools:\`, or remove ${key.value}`,
      )
      continue
    }
    if (key.value !== 'tool_choice' || value.kind !== 'literal' || typeof value.value !== 'string') continue
    const names = tools.map((tool) => tool.value)
    const problem = findChoiceProblem(value.value, names)
    // An empty text is out of range.
    if (problem === undefined || value.value === '') continue
    const hint = meantNearest(value.range, value.value, listToolChoices(names))
    diagnostics.error('unknown_word', value.range, problem, hint)
  }
}
