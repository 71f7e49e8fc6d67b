using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class PieceOrdinals : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "ordinal",
                table: "coupons_pieces",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            // 1 claims and 2 issues come from the stock and are numbered; what came otherwise has a number of its own.
            migrationBuilder.Sql(
                """
                UPDATE coupons_pieces SET ordinal = CASE WHEN origin IN (1, 2) THEN (
                    SELECT count(*) FROM coupons_pieces o WHERE o.user_id = coupons_pieces.user_id
                        AND o.coupon_id = coupons_pieces.coupon_id AND o.origin IN (1, 2) AND o.id < coupons_pieces.id)
                    ELSE -id END
                """);

            migrationBuilder.DropIndex(
                name: "IX_coupons_pieces_user_id_coupon_id_request_id",
                table: "coupons_pieces");

            migrationBuilder.CreateIndex(
                name: "IX_coupons_pieces_user_id_coupon_id_ordinal",
                table: "coupons_pieces",
                columns: new[] { "user_id", "coupon_id", "ordinal" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_coupons_pieces_user_id_coupon_id_ordinal",
                table: "coupons_pieces");

            migrationBuilder.DropColumn(
                name: "ordinal",
                table: "coupons_pieces");

            migrationBuilder.CreateIndex(
                name: "IX_coupons_pieces_user_id_coupon_id_request_id",
                table: "coupons_pieces",
                columns: new[] { "user_id", "coupon_id", "request_id" },
                unique: true);
        }
    }
}
