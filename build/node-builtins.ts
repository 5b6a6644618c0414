/**
 * Node's own modules in a bundle, without what `import` from them costs: for an import Node reads every export once,
 * and reading some of them loads more (`ReadStream` of node:fs all streams, `TextDecoder` of node:util the worker
 * threads). Here only the names that the bundle uses are read.
 */
import { isBuiltin } from 'node:module'
import type { OnLoadResult, Plugin } from 'esbuild'

/** Loaded at the first call of one of their functions: `commander` imports them, and calls them only in cases that are not ours. */
const LOADED_LATE = ['child_process']

export const nodeBuiltins: Plugin = {
  name: 'node-builtins',
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z0-9_/]+$/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined
      const namespace = kind === 'require-call' ? 'required-builtin' : 'imported-builtin'
      return { path: path.replace(/^node:/, ''), namespace, sideEffects: false }
    })
    build.onLoad({ filter: /.*/, namespace: 'required-builtin' }, ({ path }) => toRequired(path))
    build.onLoad({ filter: /.*/, namespace: 'imported-builtin' }, ({ path }) => toImported(path))
  },
}

const get = (name: string): string => `process.getBuiltinModule(${JSON.stringify(`node:${name}`)})`

const toRequired = (name: string): OnLoadResult => ({ contents: `module.exports = ${get(name)}` })

const toImported = (name: string): OnLoadResult => {
  const names = Object.keys(process.getBuiltinModule(`node:${name}`) ?? {}).filter((key) => IDENTIFIER.test(key))
  if (LOADED_LATE.includes(name)) {
    const functions = names.map((key) => `export const ${key} = (...given) => ${get(name)}.${key}(...given)`)
    return {
      contents: [`export default new Proxy({}, { get: (_, name) => ${get(name)}[name] })`, ...functions].join('\n'),
    }
  }
  // Pure: esbuild leaves out unused exports.
  const exports = names.map((key) => `export const ${key} = /* @__PURE__ */ (() => builtin.${key})()`)
  const builtin = `const builtin = /* @__PURE__ */ (() => ${get(name)})()`
  return { contents: [builtin, 'export default builtin', ...exports].join('\n') }
}

const IDENTIFIER = /^(?!default$)[A-Za-z_$][\w$]*$/
