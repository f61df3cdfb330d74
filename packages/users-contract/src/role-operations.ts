import { ifMatch, NotFound, operation, pageOf, pageRequest } from '@plinth/kernel'
import { z } from 'zod'
import { RoleBuiltIn, RoleExists, RoleInUse, RoleLimit } from './errors.ts'
import { usersPermissions as can } from './permissions.ts'
import { permissionInfo, role, roleDescription, rolePermissions } from './role.ts'
import { roleName } from './user.ts'

const definition = { description: roleDescription, permissions: rolePermissions }

/** What is done with roles. */
export const roleOperations = {
  listPermissions: operation({
    summary: 'List the permissions there are, by name',
    input: pageRequest,
    output: pageOf(permissionInfo),
    idempotent: true,
    access: [can.rolesAny, can.defineAny],
  }),
  listRoles: operation({
    summary: 'List roles, by name',
    input: pageRequest,
    output: pageOf(role),
    idempotent: true,
    access: [can.rolesAny, can.defineAny],
  }),
  getRole: operation({
    summary: 'See a role',
    input: z.strictObject({ name: roleName }),
    output: role,
    errors: [NotFound],
    idempotent: true,
    access: [can.rolesAny, can.defineAny],
  }),
  createRole: operation({
    summary: 'Define a role; nobody can have it hold what they do not hold themselves',
    input: z.strictObject({ name: roleName, ...definition }),
    output: role,
    errors: [RoleExists, RoleLimit],
    access: [can.defineAny],
  }),
  replaceRole: operation({
    summary: 'Define a role anew: whoever has it may do what it holds now, within seconds',
    input: z.strictObject({ name: roleName, ...definition, ifMatch: ifMatch.optional() }),
    output: role,
    errors: [NotFound, RoleBuiltIn],
    idempotent: true,
    access: [can.defineAny],
  }),
  deleteRole: operation({
    summary: 'Delete a role that nobody has',
    input: z.strictObject({ name: roleName, ifMatch: ifMatch.optional() }),
    output: z.undefined(),
    errors: [NotFound, RoleBuiltIn, RoleInUse],
    access: [can.defineAny],
  }),
} as const
