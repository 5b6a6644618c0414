/** Tables of workflows and what they come to: one test a row. */
import * as assert from 'uvu/assert'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import { runWorkflow } from './run-workflow.ts'

export type WorkflowCase = {
  /** The fact that is tested. */
  title: string
  /** YAML from `steps:` on, or from any other top-level key. */
  workflow: string
  input?: JsonValue
} & ({ output: JsonValue } | { fails: { code: string; step?: string | null; message?: string; details?: JsonObject } })

type Test = (name: string, body: () => Promise<void>) => void

export const addWorkflowCases = (test: Test, cases: readonly WorkflowCase[]): void => {
  for (const one of cases) {
    test(one.title, async () => {
      const end = await runWorkflow(one.workflow, one.input === undefined ? {} : { input: one.input })
      if ('output' in one) {
        assert.equal({ status: end.status, output: end.output, error: end.error }, completed(one.output))
        return
      }
      const { code, step, message, details } = one.fails
      assert.is(end.status, 'failed')
      assert.is(end.output, null)
      assert.is(end.error?.code, code, JSON.stringify(end.error))
      if (step !== undefined) assert.is(end.error?.step, step)
      if (message !== undefined) assert.is(end.error?.message, message)
      if (details !== undefined) assert.equal(end.error?.details, details)
    })
  }
}

const completed = (output: JsonValue) => ({ status: 'completed', output, error: null })
