/** Finds what a server lacks for runs. */
import { findMissingKey } from '../../actors/llm/missing-key.ts'
import { withVariables } from '../../actors/llm/providers.ts'
import type { Catalogue } from '../../compiler/catalogue.ts'
import { ownValue } from '../../core/json.ts'
import { type Need, parseNeed } from '../../runtime/needs.ts'
import type { Needs } from '../../store/queue-store.ts'
import type { EnvironmentVariables, Project } from './project.ts'
import { createProjectCatalogue, findMissingSecret } from './project-access.ts'
import { readProviders } from './provider-access.ts'

interface MissingNeedsOptions {
  project: Project
  environment: EnvironmentVariables
}

/** Returns those of the needs that this process lacks. */
export const createMissingNeeds = (options: MissingNeedsOptions): ((needs: Needs) => string[]) => {
  const catalogue = createProjectCatalogue(options.project)
  return (needs) =>
    needs.filter((text) => {
      const need = parseNeed(text)
      return need === undefined || lacks(need, { ...options, catalogue })
    })
}

const lacks = (
  { kind, name }: Need,
  { project, environment, catalogue }: MissingNeedsOptions & { catalogue: Catalogue },
): boolean => {
  if (kind === 'tool') return !catalogue.tools.has(name)
  if (kind === 'secret')
    return !project.trust.mayRead(name) || findMissingSecret(name, { project, environment }) !== undefined
  if (!catalogue.providers.has(name)) return true
  // A provider without access, such as the mock, needs no key.
  const access = ownValue(readProviders(project, environment), name)
  return access !== undefined && findMissingKey(withVariables(name, access.settings)) !== undefined
}
