/** Reads the text of a workflow as a test needs it: the document, and each finding in one line. */
import { type Diagnostic, Diagnostics } from '../../src/compiler/diagnostic.ts'
import type { Workflow } from '../../src/compiler/document.ts'
import { readWorkflow } from '../../src/compiler/read.ts'
import { createSource } from '../../src/compiler/source.ts'

export interface ReadText {
  workflow: Workflow | undefined
  found: Diagnostic[]
  /** `LINE:COLUMN code`. */
  codes: string[]
}

export const readText = (text: string): ReadText => {
  const source = createSource('workflow.yaml', text)
  const diagnostics = new Diagnostics(source)
  const workflow = readWorkflow(source, diagnostics)
  const found = diagnostics.toList()
  return { workflow, found, codes: found.map(({ line, column, code }) => `${line}:${column} ${code}`) }
}
