import {
  CanActivate,
  ExecutionContext,
  ForbiddenException,
  Injectable,
  NotFoundException,
  PreconditionFailedException,
  UnauthorizedException,
  UnsupportedMediaTypeException,
  createParamDecorator,
} from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { hasFault, hasVariant } from './options';
import { ACCOUNTS } from './seeds';
import { Kept, Store, shown } from './store';

export type AccountRequest = Request & { account?: string };

const VENUE = /^\/venues\/[^/]+$/;
const EVENT = /^\/events\/[^/]+$/;

/** The account whose token the request carries. */
export const Account = createParamDecorator((_: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<AccountRequest>().account;
});

@Injectable()
export class BearerGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AccountRequest>();
    const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    request.account = token && Object.hasOwn(ACCOUNTS, token) ? ACCOUNTS[token] : undefined;
    if (request.account || isLeftOpen(request)) return true;
    const challenge = token ? 'Bearer realm="events", error="invalid_token"' : 'Bearer realm="events"';
    context.switchToHttp().getResponse<Response>().setHeader('WWW-Authenticate', challenge);
    throw new UnauthorizedException();
  }
}

const isLeftOpen = ({ method, path }: Request) => hasFault('venue-unguarded') && method === 'PATCH' && VENUE.test(path);

/** Whether the body is one that is read: JSON. */
export function isRead(request: Request): boolean {
  const anyType = hasFault('any-media-type') && request.method === 'PATCH' && EVENT.test(request.path);
  return anyType || Boolean(request.is('application/json'));
}

const hasBody = ({ headers }: Request) => 'transfer-encoding' in headers || Number(headers['content-length'] ?? 0) > 0;

@Injectable()
export class MediaTypeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (!hasBody(request)) request.body = undefined;
    if (!['POST', 'PATCH'].includes(request.method) || !hasBody(request) || isRead(request)) return true;
    const accepted = request.method === 'PATCH' ? 'Accept-Patch' : 'Accept-Post';
    context.switchToHttp().getResponse<Response>().setHeader(accepted, 'application/json');
    throw new UnsupportedMediaTypeException(['the body must be application/json']);
  }
}

/** The variant that looks for the record before anything else of the request is judged. */
@Injectable()
export class LookupGuard implements CanActivate {
  constructor(private readonly store: Store) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AccountRequest>();
    if (hasVariant('lookup-first')) this.lookUp(request.params as Record<string, string>, request.account);
    return true;
  }

  private lookUp({ eventId, ticketTypeId, venueId }: Record<string, string>, account?: string): void {
    if (eventId) owned(this.store, eventId, account);
    if (ticketTypeId && this.store.ticketTypes.get(ticketTypeId)?.eventId !== eventId) throw new NotFoundException();
    if (venueId && !this.store.venues.get(venueId)) throw new NotFoundException();
  }
}

/** An event of an account. */
export function owned(store: Store, eventId: string, account?: string) {
  const event = store.events.get(eventId);
  if (event && event.account !== account && hasVariant('foreign-forbidden')) throw new ForbiddenException();
  if (!event || event.account !== account) throw new NotFoundException('event not found');
  return event;
}

export const etag = ({ version }: Kept): string => `"${version}"`;

/** If-Match and If-None-Match of a request that changes a record (RFC 9110, 13.1). */
export function checkPreconditions({ headers }: Request, record: Kept): void {
  const names = (header: string) => header === '*' || header.split(',').some((tag) => tag.trim() === etag(record));
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match']?.replaceAll('W/', '');
  if (match !== undefined && !names(match.trim())) throw new PreconditionFailedException('the record has another ETag');
  if (match === undefined && noneMatch !== undefined && names(noneMatch.trim())) {
    throw new PreconditionFailedException('the record has this ETag');
  }
}

/** An answer with one record. */
export function answer(response: Response, record: Kept): object {
  response.setHeader('ETag', etag(record));
  return shown(record);
}

/** The variant that answers each fortieth request with 429. */
export function throttle() {
  let count = 0;
  return (_: Request, response: Response, next: NextFunction) => {
    count += 1;
    if (count % 40 !== 0) return next();
    response.setHeader('Retry-After', '1');
    return response.status(429).json({ statusCode: 429, message: 'Too Many Requests' });
  };
}
