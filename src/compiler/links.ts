/**
 * Links of a workflow beyond its own text: files that it names, and workflows that it calls. They are read through a
 * port, so that compiling does no disk I/O, and stored with a run, so that resuming needs none either.
 */
import { ownValue } from '../core/json.ts'
import type { JsonSchema } from '../core/json-schema.ts'
import { createSource, type Source } from './source.ts'

export interface ToolSchemas {
  input?: JsonSchema
  output?: JsonSchema
}

export interface LinkReader {
  /** Returns the text of a file, by its path as the workflow in `from` names it; undefined if it cannot be read. */
  file(path: string, from: string): string | undefined
  /** Returns a workflow, by path or name as the one in `from` calls it. */
  workflow(reference: string, from: string): Source | undefined
  /** Returns the schemas of a tool as they were when the workflow was stored. Undefined: today's count. */
  tool?(name: string): ToolSchemas | undefined
}

/** Links of one workflow and of those below it, by the file that names them. Plain JSON. */
export type Links = {
  files: Record<string, Record<string, string>>
  workflows: Record<string, Record<string, { file: string; text: string }>>
  /** Schemas of the tools that the workflows name. */
  tools: Record<string, ToolSchemas>
  /** Version of the hash that the workflow is stored under (workflow-hash.ts). */
  hashing: number
}

export const NO_LINKS: LinkReader = { file: () => undefined, workflow: () => undefined }

/** Returns links that were read before. */
export const readLinks = ({ files, workflows, tools, hashing }: Partial<Links>): LinkReader => ({
  file: (path, from) => ownValue(ownValue(files, from), path),
  workflow: (reference, from) => {
    const found = ownValue(ownValue(workflows, from), reference)
    return found === undefined ? undefined : createSource(found.file, found.text)
  },
  tool: (name) => (hashing === undefined ? undefined : ownValue(tools, name)),
})

/** Merges the links of a workflow and of its children. */
export const joinLinks = (all: readonly Omit<Links, 'hashing'>[]): Omit<Links, 'hashing'> => ({
  files: merge(all.map(({ files }) => files)),
  workflows: merge(all.map(({ workflows }) => workflows)),
  tools: merge(all.map(({ tools }) => tools)),
})

const merge = <Value>(records: readonly Record<string, Value>[]): Record<string, Value> =>
  Object.fromEntries(records.flatMap((record) => Object.entries(record)))
