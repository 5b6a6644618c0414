/**
 * Links of a workflow beyond its own text: files that it names, and workflows that it calls. They are read through a
 * port, so that compiling does no disk I/O, and stored with a run, so that resuming needs none either.
 */
import { createSource, type Source } from './source.ts'

export interface LinkReader {
  /** Returns the text of a file, by its path as the workflow in `from` names it; undefined if it cannot be read. */
  file(path: string, from: string): string | undefined
  /** Returns a workflow, by path or name as the one in `from` calls it. */
  workflow(reference: string, from: string): Source | undefined
}

/** Links of one workflow and of those below it, by the file that names them. Plain JSON. */
export type Links = {
  files: Record<string, Record<string, string>>
  workflows: Record<string, Record<string, { file: string; text: string }>>
}

export const NO_LINKS: LinkReader = { file: () => undefined, workflow: () => undefined }

/** Returns links that were read before. */
export const readLinks = ({ files, workflows }: Partial<Links>): LinkReader => ({
  file: (path, from) => files?.[from]?.[path],
  workflow: (reference, from) => {
    const found = workflows?.[from]?.[reference]
    return found === undefined ? undefined : createSource(found.file, found.text)
  },
})

/** Merges the links of a workflow and of its children. */
export const joinLinks = (all: readonly Links[]): Links => ({
  files: Object.assign({}, ...all.map(({ files }) => files)),
  workflows: Object.assign({}, ...all.map(({ workflows }) => workflows)),
})
