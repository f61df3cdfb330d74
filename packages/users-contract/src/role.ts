import { line } from '@plinth/kernel'
import { z } from 'zod'
import { roleName } from './user.ts'

/** A permission by name: `catalog:write:own`. */
export const permissionName = z
  .string()
  .regex(/^[a-z]{1,50}:[a-z]{1,50}:(own|any)$/, 'A permission is named as in catalog:write:own.')
  .meta({ examples: ['orders:read:any'] })

/** A permission there is, and which of the built-in roles hold it. */
export const permissionInfo = z
  .strictObject({
    name: permissionName,
    description: z.string().meta({ examples: ['See every order.'] }),
    roles: z.array(roleName).meta({ examples: [['admin']] }),
  })
  .meta({ id: 'Permission' })

/** See {@link permissionInfo}. */
export type PermissionInfo = z.infer<typeof permissionInfo>

/** What a role is for, in a line. */
export const roleDescription = line(200).meta({ examples: ['Answers the phone.'] })

/** What a role may do: each permission once. */
export const rolePermissions = z
  .array(permissionName)
  .min(1)
  .max(200)
  .refine(names => new Set(names).size === names.length, 'Each permission is named once.')

/** A role: one that is built in, or one that the shop defined. */
export const role = z
  .strictObject({
    name: roleName.meta({ examples: ['support'] }),
    description: roleDescription,
    permissions: z.array(permissionName).meta({ examples: [['orders:read:any', 'users:read:any']] }),
    builtIn: z.boolean().meta({ description: 'Can be neither changed nor deleted', examples: [false] }),
  })
  .meta({ id: 'Role' })

/** See {@link role}. */
export type Role = z.infer<typeof role>
