/**
 * Turns off allocation-site pretenuring. V8 learns which allocation sites produce long-lived objects and then allocates
 * those in the old generation, which only a full collection frees. It misjudges the objects of XState, each of which lives
 * for one step of a run: pretenured, they keep the state of the run at that step alive. Measured (bench/, W1 and W7):
 * without this setting a step costs a third more, and twice as much in a run whose state grows.
 *
 * The setting affects the whole process, so that only our own programs make it, never the library.
 */
export const tuneV8 = (): void => {
  // Writes the code cache first: V8 rejects cached code that was compiled under other flags.
  process.getBuiltinModule('node:module').flushCompileCache()
  // Not a static import: every start would load it, and most commands end before it is used.
  process.getBuiltinModule('node:v8').setFlagsFromString('--no-allocation-site-pretenuring')
}
