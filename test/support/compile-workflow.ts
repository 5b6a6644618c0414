import { createCatalogue } from '../../src/app/catalogue.ts'
import { type CompiledWorkflow, type CompileOptions, compile } from '../../src/compiler/compile.ts'
import { formatDiagnostic } from '../../src/compiler/diagnostic.ts'
import { createSource } from '../../src/compiler/source.ts'

/** A workflow from its YAML, compiled; without a `workflow:` line it is named `example`. Errors in it fail the test. */
export const compileWorkflow = (yaml: string, environment: readonly string[] = []): CompiledWorkflow =>
  compileYaml(yaml, { environment })

/** One with child workflows, given as YAML by path. */
export const compileFamily = (yaml: string, children: Readonly<Record<string, string>>): CompiledWorkflow =>
  compileYaml(yaml, {
    links: {
      file: () => undefined,
      workflow: (path) => (children[path] === undefined ? undefined : createSource(path, children[path])),
    },
  })

const compileYaml = (yaml: string, options: Omit<CompileOptions, 'catalogue'>): CompiledWorkflow => {
  const source = createSource('example.yaml', yaml.startsWith('workflow:') ? yaml : `workflow: example\n${yaml}`)
  const { compiled, diagnostics } = compile(source, { catalogue: createCatalogue(), ...options })
  if (compiled !== undefined) return compiled
  throw new Error(`${diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, source)).join('\n')}\n${source.text}`)
}
