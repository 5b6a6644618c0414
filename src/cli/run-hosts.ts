/** Hosts for many runs of a database: runs with the same folder, environment and secrets share one. */
import type { Local } from '../app/local.ts'
import { EXIT } from './exit-code.ts'
import { type HostedRun, type LocalSetting, openLocal } from './open-local.ts'

export interface Hosts {
  /** @throws CliError as `openLocal` */
  of(stored: HostedRun): Promise<Local>
  /** The signal that closed the hosts; undefined until one has arrived. */
  signal: NodeJS.Signals | undefined
}

/** A host that could not be opened has nothing to close. */
const NOTHING = (): void => {}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Calls `act` with hosts. The first signal closes them, which leaves their runs; the second one exits at once. */
export const withHosts = async <T>(setting: LocalSetting, act: (hosts: Hosts) => Promise<T>): Promise<T> => {
  const locals = new Map<string, Promise<Local>>()
  const close = async (): Promise<void> =>
    void (await Promise.all([...locals.values()].map((local) => local.then((opened) => opened.close(), NOTHING))))
  const hosts: Hosts = {
    of(stored) {
      const { folder, environment, workflow } = stored
      const key = JSON.stringify([folder, environment, workflow.secrets.toSorted()])
      const local = locals.get(key) ?? openLocal(stored, setting)
      locals.set(key, local)
      return local
    },
    signal: undefined,
  }
  const leave = (name: NodeJS.Signals): void => {
    if (hosts.signal !== undefined) process.exit(EXIT.interrupted)
    hosts.signal = name
    close().catch(() => {})
  }
  for (const name of SIGNALS) process.on(name, leave)
  try {
    return await act(hosts)
  } finally {
    for (const name of SIGNALS) process.off(name, leave)
    await close()
  }
}
