/**
 * Reads diagnostics.md and faults.md: one section a code, `### \`code\``, with a sentence, a cause, a fix and, where a text can be
 * an example, a workflow as a block of `yaml`. Further blocks `yaml PATH` hold the workflows that the example calls.
 */
import { Defect } from '../../core/defect.ts'
import { readShippedFile } from '../../core/shipped-file.ts'

export interface WrittenExplanation {
  code: string
  /** One sentence, without its full stop. */
  title: string
  cause: string
  fix: string
  /** For a diagnostic, a workflow that has it; for a fault, a part of a workflow. */
  example: string | undefined
  /** Workflows that the example calls, by path. */
  workflows: Readonly<Record<string, string>>
}

const read = new Map<string, ReadonlyMap<string, WrittenExplanation>>()

/** By code, in the order of the file, which is read once. @throws Defect where a section has the wrong form */
export const readExplanations = (file: 'diagnostics.md' | 'faults.md'): ReadonlyMap<string, WrittenExplanation> => {
  const known = read.get(file)
  if (known !== undefined) return known
  const [, ...sections] = readShippedFile(file, import.meta.url).split(/^### /m)
  const explanations = new Map(sections.map((section) => [codeOf(section), readSection(section)]))
  read.set(file, explanations)
  return explanations
}

const SECTION = /^`(\w+)`\n\n(.+?)\.?\n\n- \*\*Cause:\*\* (.+)\n- \*\*Fix:\*\* (.+)\n/

const codeOf = (section: string): string => SECTION.exec(section)?.[1] ?? ''

const readSection = (section: string): WrittenExplanation => {
  const [head, code, title, cause, fix] = SECTION.exec(section) ?? []
  if (head === undefined || code === undefined || title === undefined || cause === undefined || fix === undefined)
    throw new Defect(`the explanation has the wrong form: ${section.slice(0, 80)}`)
  const blocks = [...section.matchAll(/^```yaml ?(.*)\n((?:.*\n)*?)```$/gm)]
  const [example] = blocks.filter(([, path]) => path === '').map(([, , text]) => text?.trimEnd())
  const workflows = blocks.flatMap(([, path = '', text = '']) => (path === '' ? [] : [[path, text]]))
  return { code, title, cause, fix, example, workflows: Object.fromEntries(workflows) }
}
