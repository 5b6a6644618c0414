/** Hosts for many runs of a database: runs with the same folder, environment and secrets share one. */
import type { Local } from '../app/local.ts'
import { EXIT } from './exit-code.ts'
import { type HostedRun, type LocalSetting, openLocal } from './open-local.ts'

export interface Hosts {
  /** @throws CliError for a missing secret */
  of(stored: HostedRun): Local
  all(): Local[]
  close(): Promise<void>
}

export const createHosts = (setting: LocalSetting): Hosts => {
  const locals = new Map<string, Local>()
  const all = (): Local[] => [...locals.values()]
  return {
    of(stored) {
      const { folder, environment, workflow } = stored
      const key = JSON.stringify([folder, environment, workflow.secrets.toSorted()])
      const local = locals.get(key) ?? openLocal(stored, setting)
      locals.set(key, local)
      return local
    },
    all,
    close: async () => void (await Promise.all(all().map((local) => local.close()))),
  }
}

export interface Signals {
  /** Undefined until a signal has arrived. */
  name: NodeJS.Signals | undefined
  stop(): void
}

/** The first signal closes the hosts, which leaves their runs; the second one exits at once. */
export const watchSignals = (hosts: Hosts): Signals => {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const leave = (name: NodeJS.Signals): void => {
    if (signals.name !== undefined) process.exit(EXIT.interrupted)
    signals.name = name
    hosts.close().catch(() => {})
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
