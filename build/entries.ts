/** Entry files of dist/, as they are written: each must do something before its program is loaded. */

/** Imports are hoisted, so the cache must be on before the module that imports all else is named. Off, silently, where the folder can't be written. */
export const CLI_ENTRY = `process.getBuiltinModule('node:module').enableCompileCache(import.meta.dirname + '/.cache')
await import('./main.js')
`

/** Modules are evaluated in the order of their imports. No `await`: then `require('troupe')` works too. */
export const LIBRARY_ENTRY = `import './node-version.js'
export * from './library/index.js'
`

/**
 * dist/node-version.js: refuses a Node that is older than `engines` of package.json says, such as `>=24`. The error has no
 * stack, so that Node prints its message alone. A Node of any age that has modules must be able to parse this file.
 */
export const renderNodeCheck = (engine: string): string => {
  const needed = Number(/^>=(\d+)$/.exec(engine)?.[1])
  if (Number.isNaN(needed)) throw new Error(`'${engine}' in engines of package.json: expected '>=' and a major version`)
  return `const version = process.versions.node
if (Number(version.split('.')[0]) < ${needed}) {
  const error = new Error(
    'troupe: Node is too old: expected ${needed} or newer, got ' + version + '; install it from https://nodejs.org',
  )
  error.stack = error.message
  throw error
}
`
}
