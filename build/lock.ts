/**
 * `node build/lock.ts` after each `npm install`: puts into package-lock.json what npm leaves out, and `npm ci` needs.
 *
 * - Packages for other platforms, which npm drops when the registry in use lacks them; `npm ci` then calls the lock
 *   file incomplete, on every platform.
 * - better-sqlite3 says `gypfile: false`, as it brings its binaries; npm 10 reads that from the lock file alone, never
 *   writes it there, and without it runs node-gyp, which fails where no compiler is.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface LockedPackage {
  version?: string
  dev?: boolean
  gypfile?: boolean
  optionalDependencies?: Record<string, string>
  [field: string]: unknown
}

type Packages = Record<string, LockedPackage>

const FILE = 'package-lock.json'
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']

const main = (): void => {
  const lock = JSON.parse(readFileSync(FILE, 'utf8')) as { packages: Packages }
  for (const [parent, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (`node_modules/${name}` in lock.packages || `${parent}/node_modules/${name}` in lock.packages) continue
      lock.packages[`node_modules/${name}`] = toPlatformEntry(name, version, entry)
      console.log(`added ${name}`)
    }
  }
  const sqlite = lock.packages['node_modules/better-sqlite3']
  if (sqlite !== undefined) sqlite.gypfile = false
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
}

/** The entry that npm would have written, as far as the name tells: `@oxc-parser/binding-linux-x64-musl`. */
const toPlatformEntry = (name: string, version: string, parent: LockedPackage): LockedPackage => {
  const words = name.split(/[/-]/)
  const os = words.filter((word) => SYSTEMS.includes(word))
  const cpu = words.filter((word) => PROCESSORS.includes(word))
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`'${name}' names no platform: add it to ${FILE} by hand`)
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined
  return {
    version,
    cpu,
    ...(parent.dev === true && { dev: true }),
    ...(libc !== undefined && { libc: [libc] }),
    optional: true,
    os,
  }
}

main()
