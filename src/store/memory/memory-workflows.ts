/** Registered workflows in memory. */
import type { RegisteredWorkflow, WorkflowEntry } from '../registered-workflow.ts'

export class MemoryWorkflows {
  /** By name, newest first. */
  readonly #versions = new Map<string, RegisteredWorkflow[]>()

  register({ workflow, definition, at, folder }: WorkflowEntry): 'new' | 'unchanged' {
    const known = this.listVersions(workflow)
    const [newest, ...older] = known
    if (newest?.definition === definition) {
      if (folder !== undefined) this.#versions.set(workflow, [{ ...newest, folder }, ...older])
      return 'unchanged'
    }
    const version = known.length + 1
    this.#versions.set(workflow, [
      { workflow, definition, version, registeredAt: at, folder: folder ?? null },
      ...known,
    ])
    return 'new'
  }

  list(): RegisteredWorkflow[] {
    return [...this.#versions.keys()].sort().flatMap((workflow) => this.find(workflow) ?? [])
  }

  listVersions(workflow: string): RegisteredWorkflow[] {
    return [...(this.#versions.get(workflow) ?? [])]
  }

  find(workflow: string): RegisteredWorkflow | undefined {
    return this.#versions.get(workflow)?.[0]
  }
}
