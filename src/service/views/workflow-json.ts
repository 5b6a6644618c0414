/** The JSON of registered workflows, as the command line prints it and the HTTP interface answers it. */
import type { RegisteredWorkflow } from '../../store/registered-workflow.ts'
import type { Definition } from '../../store/store.ts'
import type { WorkflowComparison } from '../workflows/compare-workflows.ts'
import type { ListedWorkflow } from '../workflows/workflow-versions.ts'
import { toTime } from './time.ts'

export const toListedWorkflowJson = ({ workflow, folder, schedules, ...rest }: ListedWorkflow) => ({
  workflow,
  ...toVersionJson(rest),
  folder,
  schedules,
})

const toVersionJson = ({ version, definition, registeredAt }: Omit<RegisteredWorkflow, 'workflow' | 'folder'>) => ({
  version,
  definition,
  registered_at: toTime(registeredAt),
})

export interface ShownWorkflow {
  shown: RegisteredWorkflow
  versions: readonly RegisteredWorkflow[]
  definition: Pick<Definition, 'file' | 'source'>
}

/** One version with its text, and the list of all. */
export const toShownWorkflowJson = ({ shown, versions, definition: { file, source } }: ShownWorkflow) => ({
  workflow: shown.workflow,
  ...toVersionJson(shown),
  file,
  source,
  versions: versions.map(toVersionJson),
})

/** @param sides.from Names the older side: `version 1`, or a file. */
export const toComparisonJson = (
  workflow: string,
  { from, to, comparison }: { from: string; to: string; comparison: WorkflowComparison },
) => {
  const { isSame, ...changes } = comparison
  return { workflow, from, to, is_same: isSame, ...changes }
}
