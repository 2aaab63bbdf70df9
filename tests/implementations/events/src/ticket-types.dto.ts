import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { hasFault } from './options';
import { IsAmount, IsInstant, NestedList, Trim } from './validation';

export const CURRENCIES = ['EUR', 'GBP', 'USD', 'SEK'];
export const VISIBILITIES = ['public', 'hidden', 'members'];

export class PerkDto {
  @ApiProperty({ minLength: 1, maxLength: 60, example: 'Seat in the nave', description: 'White space around it is dropped.' })
  @Trim()
  @IsString()
  @Length(1, 60)
  label: string;

  @ApiProperty({ type: Boolean, example: true })
  @IsBoolean()
  included: boolean;
}

const digitsToNumber = ({ value }: { value: unknown }) =>
  hasFault('quantity-as-text') && typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;

export class CreateTicketTypeDto {
  @ApiProperty({ minLength: 1, maxLength: 60, example: 'Early bird', description: 'White space around it is dropped.' })
  @Trim()
  @IsString()
  @Length(1, 60)
  name: string;

  @ApiProperty({
    type: 'number',
    minimum: 0,
    maximum: 9999.99,
    multipleOf: 0.01,
    example: 19.99,
    description: 'Two decimals at most.',
  })
  @IsAmount()
  @Min(0)
  @Max(9999.99)
  price: number;

  @ApiProperty({ enum: CURRENCIES, example: 'EUR' })
  @IsIn(CURRENCIES)
  currency: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: 100000,
    example: 400,
    description: 'How many there are. Fewer than were sold is answered with 422.',
  })
  @Transform(digitsToNumber)
  @IsInt()
  @Min(1)
  @Max(100000)
  quantity: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 20, example: 6 })
  @IsInt()
  @Min(1)
  @Max(20)
  maxPerOrder: number;

  @ApiPropertyOptional({ enum: VISIBILITIES, example: 'members', description: 'A new ticket type without it is public.' })
  @IsIn(VISIBILITIES)
  visibility?: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    example: '2026-12-01T09:00:00.000Z',
    description: 'Answered in UTC, to the millisecond at most.',
  })
  @IsInstant()
  salesStart: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2027-04-30T22:00:00.000Z',
    description: 'After salesStart; null for a sale until the event begins. Answered in UTC, to the millisecond at most.',
  })
  @IsOptional()
  @IsInstant()
  salesEnd?: string | null;

  @ApiPropertyOptional({ type: () => [PerkDto], maxItems: 10, description: 'The list is replaced as a whole.' })
  @Type(() => PerkDto)
  @IsArray()
  @ArrayMaxSize(10)
  @NestedList()
  perks?: PerkDto[];
}

/** A ticket type that is changed keeps what is not sent: nothing has a default here. */
export class UpdateTicketTypeDto extends PartialType(CreateTicketTypeDto, { skipNullProperties: false }) {
  visibility?: string = hasFault('default-visibility') ? 'public' : undefined;
}
if (hasFault('sold-writable')) {
  IsOptional()(UpdateTicketTypeDto.prototype, 'sold');
}

export class TicketTypeDto extends CreateTicketTypeDto {
  @ApiProperty({ type: 'integer', readOnly: true, minimum: 1, example: 7301 })
  id: number;

  @ApiProperty({ type: String, format: 'uuid', readOnly: true, example: '5b0f6d0e-64f5-4b1c-9d0a-7d8a43c6c0f1' })
  eventId: string;

  @ApiProperty({ type: 'integer', readOnly: true, minimum: 0, example: 118, description: 'How many were sold.' })
  sold: number;

  @ApiProperty({ type: String, format: 'date-time', readOnly: true, example: '2026-09-01T08:30:00.000Z' })
  createdAt: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    readOnly: true,
    example: '2026-09-14T07:45:10.002Z',
    description: 'When the ticket type was last changed.',
  })
  updatedAt: string;
}

export class TicketTypeListDto {
  @ApiProperty({ type: () => [TicketTypeDto] })
  data: TicketTypeDto[];

  @ApiProperty({ type: 'integer', minimum: 0, example: 2 })
  total: number;
}
