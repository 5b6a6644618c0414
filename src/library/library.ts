import { createCompile } from './compile.ts'
import { createProvideActors } from './provide-actors.ts'
import { createResume, createRun } from './run-workflow.ts'
import { createSubmit } from './submit.ts'
import type { Wiring } from './wiring.ts'

/** Binds the functions of the library that need actors to a wiring. `src/index.ts` documents and exports them. */
export const createLibrary = (wiring: Wiring) => ({
  compile: createCompile(wiring),
  run: createRun(wiring),
  resume: createResume(wiring),
  submit: createSubmit(wiring),
  provideActors: createProvideActors(wiring),
})
