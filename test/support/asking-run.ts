import type { RunningProcess } from './child-process.ts'
import type { CliProject } from './cli-project.ts'

/** A run that waits for a person, and what it asks. */
export const startAsking = async (
  project: CliProject,
  file: string,
): Promise<{ running: RunningProcess; id: string }> => {
  const running = project.start(['run', file])
  await running.waitFor('decide: troupe approvals approve')
  const [, id = ''] = /troupe approvals approve (\S+)/.exec(running.output().stderr) ?? []
  return { running, id }
}
