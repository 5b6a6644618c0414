import type { Catalogue } from '../../compiler/catalogue.ts'
import { createCatalogue } from '../catalogue.ts'
import type { Project } from './project.ts'
import { toPricing } from './project-access.ts'

/** All that workflows of a project may name: the built-in tools and providers, and the providers of its config. */
export const createProjectCatalogue = ({ config }: Pick<Project, 'config'>): Catalogue =>
  createCatalogue([], { pricing: toPricing({ config }), providers: config.providers })
