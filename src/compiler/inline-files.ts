/**
 * Makes the files that a workflow names part of it, so that a run depends on nothing that can change: today the
 * `script` of `mock/script`, a YAML or JSON list of answers.
 */
import { Diagnostics } from './diagnostic.ts'
import type { StepOf, ValueNode, Workflow } from './document.ts'
import type { LinkReader } from './links.ts'
import { placeSteps } from './place-steps.ts'
import { parseYaml } from './read/parse-yaml.ts'
import { toLiteral } from './read/yaml-node.ts'
import { createSource } from './source.ts'

/** Replaces file names by the content of the files, in place. Returns the texts that were read, by path. */
export const inlineFiles = (
  workflow: Workflow,
  { links, diagnostics }: { links: LinkReader; diagnostics: Diagnostics },
): Record<string, string> => {
  const files: Record<string, string> = {}
  for (const { step } of placeSteps(workflow).values()) {
    if (step.kind !== 'llm') continue
    const entry = scriptOf(step)
    if (entry?.value.kind !== 'literal' || typeof entry.value.value !== 'string') continue
    const { value: path, range } = entry.value
    const text = links.file(path, diagnostics.source.file)
    const script = text === undefined ? undefined : parseList(path, text)
    if (script === undefined) diagnostics.error('bad_linked_file', range, ...describe(path, text))
    else entry.value = script
    if (text !== undefined) files[path] = text
  }
  return files
}

const scriptOf = ({ params }: StepOf<'llm'>) => params?.entries.find(({ key }) => key.value === 'script')

const parseList = (path: string, text: string): ValueNode | undefined => {
  const source = createSource(path, text)
  const findings = new Diagnostics(source)
  const root = parseYaml(source, findings)
  return root === undefined || root === 'empty' || root.kind !== 'list' || findings.hasErrors
    ? undefined
    : toLiteral(root)
}

const describe = (path: string, text: string | undefined): [message: string, hint: string] =>
  text === undefined
    ? [
        `'${path}' can't be read: expected a file in the folder of the workflow`,
        'check the path; it is relative to the workflow',
      ]
    : [
        `'${path}' holds no list of answers: expected a YAML or JSON list`,
        'write one answer an item: `- Hello` or `- { fault: timeout }`',
      ]
