/** Versions of what was measured, read from the installed packages. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasPostgres, readPostgresVersion } from './postgres.ts'

const OWN = ['xstate', 'better-sqlite3', 'pg', 'openai', 'ollama']
const ROOT = join(import.meta.dirname, '..')
const PEERS = join(import.meta.dirname, 'peers')

export const arePeersInstalled = (): boolean => existsSync(join(PEERS, 'node_modules'))

export const readVersions = ({ withPeers }: { withPeers: boolean }): Record<string, string> => ({
  troupe: readVersion(ROOT),
  node: process.versions.node,
  v8: process.versions.v8,
  ...readInstalled(ROOT, OWN),
  ...(hasPostgres() ? { postgres: readPostgresVersion() } : {}),
  ...(withPeers ? readInstalled(PEERS, Object.keys(readPackage(PEERS).dependencies ?? {})) : {}),
})

const readInstalled = (folder: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, readVersion(join(folder, 'node_modules', name))]))

const readVersion = (folder: string): string => readPackage(folder).version

const readPackage = (folder: string): { version: string; dependencies?: Record<string, string> } =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
