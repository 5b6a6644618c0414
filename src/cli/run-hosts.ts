/** Hosts for runs of a database: those that may touch the same things share one. */

import { createLocal, type Local } from '../app/local.ts'
import { readSecrets } from '../app/project/project-access.ts'
import { toPerformerOptions } from '../app/project/project-performers.ts'
import type { StoredRun } from '../service/history/load-run.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-code.ts'
import { expectSecrets } from './expect-secrets.ts'
import type { OpenedRuns } from './open-runs.ts'

export interface Hosts {
  /** The host for runs with this folder, environment and these secrets. @throws CliError for a secret that is missing */
  of(stored: Pick<StoredRun, 'folder' | 'environment' | 'workflow'>): Local
  all(): Local[]
}

/** @param options.performs False: runs are only put there, and whoever performs them has the secrets. */
export const createHosts = (
  { environment: variables }: Pick<Context, 'environment'>,
  { project, store }: OpenedRuns,
  { performs = true }: { performs?: boolean } = {},
): Hosts => {
  const locals = new Map<string, Local>()
  return {
    of({ folder, environment, workflow }) {
      const from = { project, environment: variables }
      const secrets = performs ? expectSecrets(workflow.secrets, from) : readSecrets(workflow.secrets, from).values
      const key = JSON.stringify([folder, environment, Object.keys(secrets).sort()])
      const access = { environment: variables, folder, secrets }
      const local = locals.get(key) ?? createLocal({ store, environment, ...toPerformerOptions(project, access) })
      locals.set(key, local)
      return local
    },
    all: () => [...locals.values()],
  }
}

export interface Signals {
  /** Undefined until one came. */
  name: NodeJS.Signals | undefined
  stop(): void
}

export const watchSignals = (hosts: Hosts): Signals => {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const leave = (name: NodeJS.Signals): void => {
    // The second time nobody waits for anything.
    if (signals.name !== undefined) process.exit(EXIT.interrupted)
    signals.name = name
    for (const local of hosts.all()) local.close().catch(() => {})
  }
  const signals: Signals = {
    name: undefined,
    stop() {
      for (const name of names) process.off(name, leave)
    },
  }
  for (const name of names) process.on(name, leave)
  return signals
}
