#!/usr/bin/env node
// biome-ignore-all lint/style/useNodejsImportProtocol: Node 12 does not know 'node:'.
// biome-ignore-all lint/complexity/useOptionalChain: nor does it parse `?.`.
/*
 * Starts the command line with a Node that is new enough: this one, or the one that the package `node` brings into
 * node_modules. Node 12 must be able to read this file, so that whoever has an old one is told what to do.
 */
const { spawn } = require('child_process')
const { existsSync } = require('fs')
const { dirname, join } = require('path')
const { pathToFileURL } = require('url')

const NEEDED_MAJOR = 24
const EXIT_ENVIRONMENT = 3
const CLI = join(__dirname, '..', 'dist', 'cli.js')

const main = () => {
  if (!existsSync(CLI))
    return stop('troupe: is not built yet: expected dist/cli.js in its folder.', 'run: npm run build')
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) return startHere()
  const node = findPinnedNode()
  if (node !== undefined) return startWith(node)
  stop(
    `troupe: Node is too old: expected ${NEEDED_MAJOR} or newer, got ${process.versions.node}.`,
    `install it from https://nodejs.org, or beside troupe by: npm install node@${NEEDED_MAJOR}`,
  )
}

const startHere = () => {
  process.argv[1] = CLI
  import(pathToFileURL(CLI).href).catch((error) => {
    console.error(error)
    process.exitCode = EXIT_ENVIRONMENT
  })
}

/** The program of the npm package `node`, in our node_modules or in those of a folder above. */
const findPinnedNode = () => {
  try {
    const name = process.platform === 'win32' ? 'node.exe' : 'node'
    const path = join(dirname(require.resolve('node/package.json')), 'bin', name)
    return existsSync(path) ? path : undefined
  } catch (_) {
    return undefined
  }
}

const startWith = (node) => {
  const child = spawn(node, [CLI].concat(process.argv.slice(2)), { stdio: 'inherit' })
  forwardSignals(child)
  child.on('error', (error) =>
    stop(`troupe: can't start Node: ${error.message}.`, `check that ${node} runs, or remove it and run: npm ci`),
  )
  child.on('exit', (code, signal) => {
    if (signal === null) return process.exit(code)
    // Ends in the way the child did, so that a shell sees the same.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    // Until the signal arrives, or for good where it is ignored.
    setTimeout(() => process.exit(EXIT_ENVIRONMENT), 1000)
  })
}

/*
 * A terminal sends Ctrl-C and its hang-up to both processes: passing them on would be a second Ctrl-C, which means
 * "leave at once". Without a terminal they come from a `kill` of this process alone.
 */
const forwardSignals = (child) => {
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGHUP']) process.on(signal, () => hasTerminal || child.kill(signal))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
}

const stop = (problem, hint) => {
  console.error(`${problem}\n  hint: ${hint}`)
  process.exitCode = EXIT_ENVIRONMENT
}

main()
