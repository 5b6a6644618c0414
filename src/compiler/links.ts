/**
 * What a workflow links to beyond its own text: files that it names, and the workflows that it calls. Read through a port, so that
 * compiling touches no disk, and kept with a run, so that resuming it needs none either.
 */
import { createSource, type Source } from './source.ts'

export interface LinkReader {
  /** The text of a file, by its path as the workflow in `from` names it; undefined when it can't be read. */
  file(path: string, from: string): string | undefined
  /** A workflow, by path or name as the one in `from` calls it. */
  workflow(reference: string, from: string): Source | undefined
}

/** All that one workflow and those below it were linked with, by the file that names it. Plain JSON. */
export interface Links {
  files: Record<string, Record<string, string>>
  workflows: Record<string, Record<string, { file: string; text: string }>>
}

export const NO_LINKS: LinkReader = { file: () => undefined, workflow: () => undefined }

/** Gives back what was read before. */
export const readLinks = ({ files, workflows }: Partial<Links>): LinkReader => ({
  file: (path, from) => files?.[from]?.[path],
  workflow: (reference, from) => {
    const found = workflows?.[from]?.[reference]
    return found === undefined ? undefined : createSource(found.file, found.text)
  },
})

/** The links of a workflow and of the ones that it calls, in one. */
export const joinLinks = (all: readonly Links[]): Links => ({
  files: Object.assign({}, ...all.map(({ files }) => files)),
  workflows: Object.assign({}, ...all.map(({ workflows }) => workflows)),
})
