import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { hasFault } from './options';
import { IsInstant, NestedList, NestedObject, NormalizeEmail, Trim } from './validation';

export enum EventStatus {
  Draft = 'draft',
  Published = 'published',
  SoldOut = 'sold_out',
  Cancelled = 'cancelled',
}

const isStatusInSomeCase = (value: unknown): boolean =>
  typeof value === 'string' && Object.values<string>(EventStatus).includes(value.toLowerCase());

export const CATEGORIES = ['conference', 'concert', 'workshop', 'meetup', 'festival'];
export const LEVELS = ['beginner', 'intermediate', 'advanced'];

export class ContactDto {
  @ApiProperty({ minLength: 1, maxLength: 80, example: 'Ines Brandt', description: 'White space around it is dropped.' })
  @Trim()
  @IsString()
  @Length(1, 80)
  name: string;

  @ApiProperty({
    format: 'email',
    maxLength: 254,
    example: 'ines@stadtklang.example',
    description: 'Kept in lower case. The domain has at least one dot.',
  })
  @NormalizeEmail()
  @IsEmail()
  @MaxLength(254)
  email: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    pattern: '^\\+[1-9][0-9]{6,14}$',
    example: '+493012345678',
    description: 'E.164. Null, or absent, if there is none.',
  })
  @IsOptional()
  @Matches(/^\+[1-9][0-9]{6,14}$/)
  phone?: string | null;
}

const laterSessions = new WeakSet<object>();

/** Remembers which sessions are not the first of their list. */
const MarkLater = () =>
  Transform(({ value }) => {
    if (Array.isArray(value)) value.slice(1).filter(Boolean).forEach((session) => laterSessions.add(Object(session)));
    return value;
  });

export class SessionDto {
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Opening keynote', description: 'White space around it is dropped.' })
  @Trim()
  @IsString()
  @Length(1, 100)
  title: string;

  @ApiProperty({ type: 'integer', minimum: 5, maximum: 480, example: 45 })
  @IsInt()
  @Min(5)
  @Max(480)
  minutes: number;

  @ApiProperty({ enum: LEVELS, example: 'beginner' })
  @ValidateIf((session) => !(hasFault('later-session-level') && laterSessions.has(session)))
  @IsIn(LEVELS)
  level: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 80 },
    maxItems: 5,
    example: ['Oluwaseun Adeyemi'],
  })
  @ValidateIf((_, value) => !(hasFault('session-without-speakers') && value === undefined))
  @IsArray()
  @ArrayMaxSize(5)
  @IsString({ each: true })
  @Length(1, 80, { each: true })
  speakers: string[];
}

export class CreateEventDto {
  @ApiProperty({ minLength: 3, maxLength: 120, example: 'Night of the Organs', description: 'White space around it is dropped.' })
  @Trim()
  @ValidateIf((_, value) => !(hasFault('null-title') && value === null))
  @IsString()
  @Length(3, 120)
  title: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 1000,
    example: 'Six organs, six churches, one ticket.',
    description: 'For the public page. Kept as it is sent.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(hasFault('description-one-over') ? 1001 : 1000)
  description?: string | null;

  @ApiProperty({ enum: EventStatus, enumName: 'EventStatus', example: EventStatus.Published })
  @ValidateIf((_, value) => !(hasFault('status-any-case') && isStatusInSomeCase(value)))
  @IsEnum(EventStatus)
  status: EventStatus;

  @ApiProperty({ enum: CATEGORIES, example: 'concert' })
  @IsIn(CATEGORIES)
  category: string;

  @ApiProperty({
    format: 'date-time',
    type: String,
    example: '2027-05-14T18:00:00.000Z',
    description: 'Answered in UTC, to the millisecond at most. Leap seconds are not accepted.',
  })
  @IsInstant({ rollover: hasFault('impossible-date') })
  startsAt: string;

  @ApiPropertyOptional({
    format: 'date-time',
    type: String,
    nullable: true,
    example: '2027-05-14T23:30:00.000Z',
    description: 'After startsAt; null for an open end. Answered in UTC, to the millisecond at most.',
  })
  @IsOptional()
  @IsInstant()
  endsAt?: string | null;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100000, example: 850 })
  @IsInt()
  @Min(1)
  @Max(100000)
  capacity: number;

  @ApiProperty({ type: Boolean, example: false })
  @IsBoolean()
  isOnline: boolean;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    pattern: '^ven_[a-z0-9]{6}$',
    example: 'ven_k3m9qa',
    description: 'An existing venue, or null. An unknown one is answered with 422.',
  })
  @IsOptional()
  @Matches(/^ven_[a-z0-9]{6}$/)
  venueId?: string | null;

  @ApiPropertyOptional({
    type: String,
    format: 'uri',
    nullable: true,
    maxLength: 300,
    pattern: '^https://',
    example: 'https://stadtklang.example/organs',
    description: 'An absolute URL with https and a host name.',
  })
  @IsOptional()
  @IsUrl({ protocols: ['https'], require_protocol: true, require_valid_protocol: true })
  @Matches(/^https:\/\//)
  @MaxLength(300)
  website?: string | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 30 },
    maxItems: 8,
    uniqueItems: true,
    example: ['organ', 'night'],
    description: 'A set: the order has no meaning and need not be kept.',
  })
  @IsArray()
  @ArrayMaxSize(8)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 30, { each: true })
  tags: string[];

  @ApiProperty({ type: () => ContactDto, description: 'Replaced as a whole.' })
  @NestedObject()
  @Type(() => ContactDto)
  contact: ContactDto;

  @ApiProperty({
    type: () => [SessionDto],
    minItems: 1,
    maxItems: 20,
    description: 'In the order of the programme. The list is replaced as a whole.',
  })
  @Type(() => SessionDto)
  @MarkLater()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @NestedList()
  sessions: SessionDto[];
}

/** Without skipNullProperties a null would pass for each property. */
export class UpdateEventDto extends PartialType(CreateEventDto, { skipNullProperties: false }) {}

export class EventDto extends CreateEventDto {
  @ApiProperty({ format: 'uuid', readOnly: true, example: '5b0f6d0e-64f5-4b1c-9d0a-7d8a43c6c0f1' })
  id: string;

  @ApiProperty({ type: String, format: 'date-time', readOnly: true, example: '2026-09-01T08:00:00.000Z' })
  createdAt: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    readOnly: true,
    example: '2026-10-02T09:12:44.120Z',
    description: 'When the event was last changed.',
  })
  updatedAt: string;
}

export class EventListDto {
  @ApiProperty({ type: () => [EventDto] })
  data: EventDto[];

  @ApiProperty({ type: 'integer', minimum: 0, example: 2 })
  total: number;
}
