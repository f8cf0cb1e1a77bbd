import { Injectable, type OnModuleInit, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { REQUIREMENT, type Requirement } from './requires';

export interface DeclaredRoute {
  readonly controller: string;
  readonly handler: string;
  readonly method: string;
  /** Without the version prefix. */
  readonly path: string;
  readonly requirement: Requirement | undefined;
}

/** The app does not start while a route says neither @Public nor @Requires. */
@Injectable()
export class DeclaredAccess implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const silent = this.routes().filter(({ requirement }) => !requirement);
    if (silent.length > 0) {
      const names = silent.map(({ controller, handler }) => `${controller}.${handler}`).join(', ');
      throw new TypeError(`Routes that declare neither @Public nor @Requires: ${names}`);
    }
  }

  routes(): readonly DeclaredRoute[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, object>;
      const base = String(Reflect.getMetadata(PATH_METADATA, metatype) ?? '');
      return this.scanner.getAllMethodNames(prototype).flatMap((handler) => {
        const method = prototype[handler];
        const path = method && (Reflect.getMetadata(PATH_METADATA, method) as string | undefined);
        if (!method || path === undefined) return [];
        return [
          {
            controller: metatype.name,
            handler,
            method: RequestMethod[Reflect.getMetadata(METHOD_METADATA, method) as RequestMethod],
            path: `/${[base, path]
              .map((part) => part.replace(/^\/|\/$/g, ''))
              .filter(Boolean)
              .join('/')}`,
            requirement: Reflect.getMetadata(REQUIREMENT, method) as Requirement | undefined,
          },
        ];
      });
    });
  }
}
