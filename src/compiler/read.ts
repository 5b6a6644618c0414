/**
 * Read: converts the text of a workflow file to the typed document. Finds everything about its form in one pass:
 * limits, YAML, keys, shapes, types. No expression is parsed and no name is resolved here; that is `check`.
 */

import type { Diagnostics } from './diagnostic.ts'
import type { Workflow, WorkflowFields } from './document.ts'
import { readFields } from './grammar/record-shape.ts'
import { createRootPlace, reportMismatch } from './grammar/shape.ts'
import { steps } from './grammar/step-grammar.ts'
import { createWorkflowFields, EMPTY_WORKFLOW } from './grammar/workflow-grammar.ts'
import { finishParts, type Parts } from './parts.ts'
import { parseYamlInParts } from './read/parse-yaml.ts'
import { checkStepIds } from './read/step-ids.ts'
import type { YamlMap } from './read/yaml-node.ts'
import type { Source } from './source.ts'

export { decodeSource } from './read/decode-source.ts'

const FIELDS = createWorkflowFields(steps)

/** Returns what could be read, also beside errors, so that checks still find theirs; undefined if too little could be read. */
export const readWorkflow = (source: Source, diagnostics: Diagnostics): Workflow | undefined =>
  finishParts(readInParts(source, diagnostics))

/** The same in parts. */
export function* readInParts(source: Source, diagnostics: Diagnostics): Parts<Workflow | undefined> {
  const node = yield* parseYamlInParts(source, diagnostics)
  yield
  if (node === undefined) return undefined
  if (node === 'empty') return reportEmpty(diagnostics)
  const place = createRootPlace('the file', node, diagnostics)
  if (node.kind !== 'map') return reportMismatch(node, place, { expected: 'a map with workflow and steps' })
  const { values } = readFields(node, FIELDS, place, { owner: 'a workflow' })
  const workflow = toWorkflow(values, node)
  checkStepIds([...workflow.steps, ...(workflow.finalSteps ?? [])], diagnostics)
  return workflow
}

const reportEmpty = (diagnostics: Diagnostics): undefined => {
  const message = 'the file is empty: expected a workflow'
  diagnostics.error('empty_file', { start: 0, end: 0 }, message, 'begin with `workflow: name` and `steps:`')
}

const toWorkflow = (values: WorkflowFields, node: YamlMap): Workflow => {
  const { name = { value: 'unnamed', range: node.range }, ...rest } = values
  return { ...EMPTY_WORKFLOW, ...rest, name, range: node.range }
}
