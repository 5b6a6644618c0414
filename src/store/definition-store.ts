import type { JsonValue } from '../core/json.ts'

export interface DefinitionStore {
  /** Keeps a definition under its hash; an existing one stays as it is. */
  saveDefinition(definition: Definition): Promise<void>
  loadDefinition(hash: string): Promise<Definition | undefined>
}

/** A workflow as it was when a run started: enough to compile it again. */
export interface Definition {
  hash: string
  workflow: string
  /** The file's name, as the user gave it. */
  file: string
  source: string
  /** The linked parts as they were then: schemas of tools, child workflows, files. */
  links: JsonValue
}
