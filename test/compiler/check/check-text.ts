/** Reads and checks the text of a workflow, for tests. */
import { type CheckedWorkflow, type CheckOptions, checkWorkflow } from '../../../src/compiler/check.ts'
import { type Diagnostic, Diagnostics } from '../../../src/compiler/diagnostic.ts'
import { describeType } from '../../../src/compiler/expression/type.ts'
import { readWorkflow } from '../../../src/compiler/read.ts'
import { createSource } from '../../../src/compiler/source.ts'
import { TEST_CATALOGUE } from '../../support/catalogue.ts'

export interface CheckedText {
  checked: CheckedWorkflow
  diagnostics: Diagnostic[]
  /** `LINE:COLUMN code` of every error. */
  errors: string[]
  warnings: string[]
  /** Type of a step's output, in words. */
  typeOf(step: string): string
}

export const checkText = (text: string, options: Partial<CheckOptions> = {}): CheckedText => {
  const diagnostics = new Diagnostics(createSource('workflow.yaml', text))
  const workflow = readWorkflow(diagnostics.source, diagnostics)
  if (workflow === undefined) throw new Error(`not readable: ${diagnostics.toList()[0]?.message}`)
  const checked = checkWorkflow(workflow, { catalogue: TEST_CATALOGUE, environment: [], ...options, diagnostics })
  const found = diagnostics.toList()
  const listOf = (severity: Diagnostic['severity']): string[] =>
    found.filter((one) => one.severity === severity).map(({ line, column, code }) => `${line}:${column} ${code}`)
  return {
    checked,
    diagnostics: found,
    errors: listOf('error'),
    warnings: listOf('warning'),
    typeOf(step) {
      const type = checked.outputTypes.get(step)
      return type === undefined ? 'no step' : describeType(type)
    },
  }
}

/** A workflow with these steps; every line is indented as it must be below `steps:`. */
export const workflowOf = (steps: string, head = ''): string => `workflow: example\n${head}steps:\n${steps}`
